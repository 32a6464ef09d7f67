// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "exporter/http_text.hpp"
#include "exporter/web_server.hpp"

namespace hnv::exporter::front {

namespace {

std::string_view name_of(std::string_view line) {
  return line.substr(0, line.find(':'));
}

std::string_view value_of(std::string_view line) {
  const auto begin = line.find_first_not_of(' ', name_of(line).size() + 1);
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

void append_header(std::string& lines, const HeaderList::value_type& header) {
  lines.append(header.first).append(": ").append(header.second).append(kLineEnd);
}

template <class T>
std::optional<T> number_of(std::string_view text) {
  T number{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::string_view phrase_of(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 12> kPhrases = {{
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {405, "Method Not Allowed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {417, "Expectation Failed"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  }};
  const auto* found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                   [status](const auto& entry) { return entry.first == status; });
  return found != kPhrases.end() ? found->second : "Error";
}

}  // namespace

std::optional<ResponseHead> read_response_head(std::string_view bytes, bool& broken) {
  constexpr std::size_t kLongest = std::size_t{64} * 1024;
  constexpr std::size_t kVersion = 9;  // "HTTP/1.1 "
  constexpr std::size_t kDigits = 3;
  const auto end = bytes.find(kHeadEnd);
  broken = end == std::string_view::npos && bytes.size() > kLongest;
  if (end == std::string_view::npos) return std::nullopt;
  ResponseHead head;
  head.size = end + kHeadEnd.size();
  std::string_view rest = bytes.substr(0, end + kLineEnd.size());
  const auto status = rest.size() >= kVersion + kDigits && rest.starts_with("HTTP/1.")
                          ? number_of<int>(rest.substr(kVersion, kDigits))
                          : std::nullopt;
  broken = !status;
  if (!status) return std::nullopt;
  head.status = *status;
  while (!rest.empty()) {
    const auto line_end = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, line_end);
    rest.remove_prefix(line_end + kLineEnd.size());
    if (same_word(name_of(line), "connection")) {
      head.keep_alive = same_word(value_of(line), "keep-alive");
      continue;
    }
    if (same_word(name_of(line), "content-length")) {
      head.length = number_of<std::uint64_t>(value_of(line));
    }
    head.lines.append(line).append(kLineEnd);
  }
  return head;
}

std::string to_client(const ResponseHead& head, bool keep_alive, const HeaderList& own) {
  std::string text;
  std::string_view rest = head.lines;
  while (!rest.empty()) {
    const auto line_end = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, line_end);
    rest.remove_prefix(line_end + kLineEnd.size());
    const bool replaced = std::any_of(own.begin(), own.end(), [line](const auto& header) {
      return same_word(header.first, name_of(line));
    });
    if (!replaced) text.append(line).append(kLineEnd);
  }
  for (const auto& header : own) append_header(text, header);
  text.append(keep_alive ? "Connection: keep-alive" : "Connection: close");
  return text.append(kHeadEnd);
}

HeaderList retry_after(std::chrono::seconds wait) {
  return {{"Retry-After", std::to_string(wait.count())}};
}

std::string refusal(int status, std::string_view reason, const HeaderList& extra,
                    const HeaderList& own, bool with_body) {
  const std::string body = std::to_string(status) + " " + std::string(reason) + "\n";
  ResponseHead head;
  head.lines = "HTTP/1.1 " + std::to_string(status) + " ";
  head.lines.append(phrase_of(status)).append(kLineEnd).append(common_headers());
  for (const auto& header : extra) append_header(head.lines, header);
  head.lines.append("Content-Type: text/plain; charset=utf-8\r\nContent-Length: ");
  head.lines.append(std::to_string(body.size())).append(kLineEnd);
  return to_client(head, false, own) + (with_body ? body : "");
}

}  // namespace hnv::exporter::front
