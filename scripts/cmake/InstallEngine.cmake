# The engine as a library: what is installed of it, and how others find it.
#
# Headers keep their names ("engine/db.h") below include/harrow, which is the include root that harrow::engine adds: nothing else
# of the system's include folder becomes visible by it. Public are the headers that a user names, and those that they include;
# tests/install holds this list to that.
#
# harrow::engine is described by hand, not exported: what the tree compiles the library with concerns nobody else.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(HARROW_ENGINE_HEADERS
  block_cache.h check.h coding.h db.h destroy_db.h filter_policy.h info_log.h internal_key.h iterator.h options.h repair_db.h
  snapshot_list.h write_batch.h)
list(TRANSFORM HARROW_ENGINE_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/engine/")

install(TARGETS harrow_engine ARCHIVE COMPONENT engine)
install(FILES ${HARROW_ENGINE_HEADERS} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/harrow/engine" COMPONENT engine)

set(HARROW_CMAKE_FOLDER "${CMAKE_INSTALL_LIBDIR}/cmake/harrow")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/harrowConfig.cmake.in" "${PROJECT_BINARY_DIR}/harrowConfig.cmake"
  INSTALL_DESTINATION "${HARROW_CMAKE_FOLDER}" PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/harrowConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/harrowConfig.cmake" "${PROJECT_BINARY_DIR}/harrowConfigVersion.cmake"
  DESTINATION "${HARROW_CMAKE_FOLDER}" COMPONENT engine)
