// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

int main(int argc, char **argv) {
        std::map<std::string, int> words;
        std::thread counter([&] {
                for (int i = 0; i < argc; i++)
                        words[argv[i]]++;
        });
        counter.join();
        try {
                throw std::runtime_error("one");
        } catch (const std::exception &error) {
                words[error.what()]++;
        }
        for (const auto &[word, count] : words)
                std::cout << word << ' ' << count << '\n';
}
