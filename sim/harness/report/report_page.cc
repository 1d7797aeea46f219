#include "sim/harness/report/report_page.h"

#include <utility>

#include "sim/harness/report/page_parts.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

std::string EscapeText(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

}  // namespace

std::string ReportPage(std::string_view title, std::string_view data) {
  std::string page;
  const std::string html = PageHtml();
  std::string_view rest = html;
  const std::string escaped = EscapeText(title);
  const std::string style = PageStyle();
  const std::string script = PageScript();
  // Each place is a line of its own, in this order.
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"\nTITLE\n", escaped}, {"\nSTYLE\n", style}, {"\nDATA\n", data}, {"\nSCRIPT\n", script}};
  for (const auto& [place, part] : parts) {
    const std::size_t at = rest.find(place);
    KERNEL_CHECK(at != std::string_view::npos);
    page += rest.substr(0, at + 1);
    page += part;
    rest.remove_prefix(at + place.size() - 1);
  }
  page += rest;
  return page;
}

}  // namespace harrow::harness
