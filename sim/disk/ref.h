// A reference to an object that counts its own references (a member `std::uint32_t refs`), without
// atomics: the simulated machine is one OS thread. What is shared is not changed; who wants to
// change it asks Unique() first and clones otherwise.
//
// Threading: one OS thread.
#ifndef HARROW_SIM_DISK_REF_H_
#define HARROW_SIM_DISK_REF_H_

#include <utility>

namespace harrow::disk {

template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) { Acquire(); }
  Ref(const Ref& other) : object_(other.object_) { Acquire(); }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(const Ref& other) {
    Ref copy(other);
    std::swap(object_, copy.object_);
    return *this;
  }
  Ref& operator=(Ref&& other) noexcept {
    if (this != &other) {
      Release();
      object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
  }
  ~Ref() { Release(); }

  static Ref Make() { return Ref(T::Create()); }
  static Ref Clone(const T& from) { return Ref(T::CreateCopy(from)); }

  // The object, cloned first unless this is its only reference.
  T& Mutable() {
    if (object_->refs != 1) *this = Clone(*object_);
    return *object_;
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool Unique() const { return object_->refs == 1; }

 private:
  void Acquire() {
    if (object_ != nullptr) ++object_->refs;
  }
  void Release() {
    if (object_ != nullptr && --object_->refs == 0) T::Destroy(object_);
  }

  T* object_ = nullptr;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_REF_H_
