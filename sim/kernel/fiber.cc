// jump_fcontext hands the resumed side the context it left; it is stored through the pointer that
// travels along. A pooled stack keeps its ThreadSanitizer fiber, which costs 200 us to create.
#include "sim/kernel/fiber.h"

#include <cxxabi.h>
#include <sys/mman.h>

#include <boost/context/detail/fcontext.hpp>
#include <cerrno>
#include <cstdint>
#include <new>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "sim/kernel/check.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::kernel {

namespace context = boost::context::detail;

struct Stack {
  Stack* next = nullptr;
  char* bottom = nullptr;
  void* thread = nullptr;
};

namespace {

constexpr std::size_t kGuardBytes = 4096;
// A stack's own record lies above it.
constexpr std::size_t kUsableBytes = kStackBytes - 64;
static_assert(sizeof(Stack) <= 64);

// The layout the C++ ABI gives __cxa_get_globals.
struct ExceptionGlobals {
  void* caught;
  unsigned uncaught;
};

Stack* g_free_stacks = nullptr;
Fiber* g_entering = nullptr;

// Of the one OS thread that runs fibers; a look-up costs as much as the switch itself.
ExceptionGlobals* g_exception_globals = nullptr;
int* g_errno = nullptr;

// Stacks are never unmapped: the pool holds as many as were ever in use at once.
Stack* MapStack() {
  void* const mapped = mmap(nullptr, kStackBytes + kGuardBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  KERNEL_CHECK(mapped != MAP_FAILED);
  KERNEL_CHECK(mprotect(mapped, kGuardBytes, PROT_NONE) == 0);
  char* const bottom = static_cast<char*>(mapped) + kGuardBytes;
  auto* const stack = new (bottom + kUsableBytes) Stack;
  stack->bottom = bottom;
#if defined(HARROW_ASAN)
  __lsan_register_root_region(stack->bottom, kStackBytes);
#endif
#if defined(HARROW_TSAN)
  stack->thread = __tsan_create_fiber(0);
#endif
  return stack;
}

void EqualiseFloatingPointStatus() {
#if defined(__SSE__)
  constexpr unsigned kStickyFlags = 0x3f;
  const unsigned status = _mm_getcsr();
  if ((status & kStickyFlags) != 0) _mm_setcsr(status & ~kStickyFlags);
#endif
}

#if defined(HARROW_TSAN)
char g_host = 0;  // what only the host waits for
#endif

void BeforeJump([[maybe_unused]] Fiber& from, [[maybe_unused]] Fiber& to,
                [[maybe_unused]] bool for_ever) {
  EqualiseFloatingPointStatus();
#if defined(HARROW_ASAN)
  __sanitizer_start_switch_fiber(for_ever ? nullptr : &from.fake_stack, to.bottom, to.size);
#endif
#if defined(HARROW_TSAN)
  // A task is no thread: only to and from the host does a switch order memory accesses.
  const bool synchronise = from.host || to.host;
  // The host comes after all that any task did, also those that never run again when a run is cut short.
  if (!from.host) __tsan_release(&g_host);
  __tsan_switch_to_fiber(to.thread, synchronise ? 0 : __tsan_switch_to_fiber_no_sync);
#endif
}

void AfterJump(const context::transfer_t& transfer, [[maybe_unused]] Fiber& self) {
  Fiber* const left = static_cast<Fiber*>(transfer.data);
  left->context = transfer.fctx;
#if defined(HARROW_TSAN)
  if (self.host) __tsan_acquire(&g_host);
#endif
#if defined(HARROW_ASAN)
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(self.fake_stack, &bottom, &size);
  if (left->host) {
    left->bottom = bottom;
    left->size = size;
  }
#endif
}

using Entry = void (*)();
Entry g_entry = nullptr;

void Trampoline(context::transfer_t transfer) {
  AfterJump(transfer, *g_entering);
  *g_exception_globals = {nullptr, 0};
  *g_errno = 0;
  g_entry();
  KERNEL_CHECK(false && "a fiber's entry returned");
}

}  // namespace

void MakeFiber(Fiber& fiber, void (*entry)()) {
  Stack* stack = g_free_stacks;
  if (stack != nullptr) {
    g_free_stacks = stack->next;
  } else {
    stack = MapStack();
  }
#if defined(HARROW_ASAN)
  __asan_unpoison_memory_region(stack->bottom, kStackBytes);
#endif
  KERNEL_CHECK(g_entry == nullptr || g_entry == entry);
  g_entry = entry;
  fiber.stack = stack;
  fiber.fake_stack = nullptr;
  fiber.bottom = stack->bottom;
  fiber.size = kStackBytes;
  fiber.thread = stack->thread;
  fiber.context = context::make_fcontext(stack->bottom + kUsableBytes, kUsableBytes, &Trampoline);
}

void SwitchFiber(Fiber& from, Fiber& to) {
  const ExceptionGlobals kept_globals = *g_exception_globals;
  const int kept_errno = *g_errno;
  g_entering = &to;
  BeforeJump(from, to, false);
  const context::transfer_t transfer = context::jump_fcontext(to.context, &from);
  AfterJump(transfer, from);
  *g_exception_globals = kept_globals;
  *g_errno = kept_errno;
}

void LeaveFiber(Fiber& from, Fiber& to) {
  g_entering = &to;
  BeforeJump(from, to, true);
  context::jump_fcontext(to.context, &from);
  KERNEL_CHECK(false && "a fiber that was left for ever came back");
  __builtin_unreachable();
}

void ReleaseStack(Fiber& fiber) {
  if (fiber.stack == nullptr) return;
  fiber.stack->next = g_free_stacks;
  g_free_stacks = fiber.stack;
  fiber.stack = nullptr;
}

void AbandonStack(Fiber& fiber) {
  if (kSanitized) {
    fiber.stack = nullptr;
  } else {
    ReleaseStack(fiber);
  }
}

void InitHostFiber(Fiber& fiber) {
  fiber = Fiber{};
  fiber.host = true;
  g_exception_globals = reinterpret_cast<ExceptionGlobals*>(abi::__cxa_get_globals());
  g_errno = &errno;
  KeptByEachFiber(g_errno);
#if defined(HARROW_TSAN)
  fiber.thread = __tsan_get_current_fiber();
#endif
}

}  // namespace harrow::kernel
