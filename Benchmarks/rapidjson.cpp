// The peer of `EngineBench json`: RapidJSON's DOM over the same file, built with -O2.
//
//   rapidjson FILE SECONDS     megabytes a second

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <rapidjson/document.h>

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fputs("usage: rapidjson FILE SECONDS\n", stderr);
        return 64;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const double seconds = std::atof(argv[2]);
    long runs = 0, batch = 1, values = 0;
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
        for (long i = 0; i < batch; i++) {
            rapidjson::Document document;
            document.Parse(text.data(), text.size());
            if (document.HasParseError()) return 1;
            values += document.IsNull() ? 0 : 1;
        }
        runs += batch;
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (took >= seconds) {
            std::printf("%.0f\n", values == runs ? double(runs) * double(text.size()) / 1e6 / took : 0.0);
            return 0;
        }
        if (took < seconds / 100) batch *= 2;
    }
}
