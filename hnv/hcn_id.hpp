#pragma once
#include <compare>
#include <cstdint>
namespace hnv {
struct HcnId {
  std::uint32_t value = 0;
  auto operator<=>(const HcnId&) const = default;
};
}  // namespace hnv
