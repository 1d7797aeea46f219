// Random bytes for programs: on a task, from a stream of the run's seed.
#ifndef HARROW_SIM_KERNEL_TAKEOVER_ENTROPY_H_
#define HARROW_SIM_KERNEL_TAKEOVER_ENTROPY_H_

#include <cstddef>

namespace harrow::kernel {

void FillWithEntropy(void* buffer, std::size_t size);  // on a task

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_TAKEOVER_ENTROPY_H_
