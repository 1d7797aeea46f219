// KERNEL_CHECK(condition): a programmer's error ends the process, in every build.
//
// Threading: any. Prints file, line and condition without allocating.
#ifndef HARROW_SIM_KERNEL_CHECK_H_
#define HARROW_SIM_KERNEL_CHECK_H_

namespace harrow::kernel {

// Also names the running task and step when a simulation runs.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace harrow::kernel

#define KERNEL_CHECK(condition)       \
  ((condition) ? static_cast<void>(0) \
               : ::harrow::kernel::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // HARROW_SIM_KERNEL_CHECK_H_
