// Xapian as a peer of qiao-bench retrieval: the same terms, weights and number of hits through its own API.
//
//   peer-xapian FOLDER HITS      reads FOLDER/corpus.bin and queries.tsv (bench/synthetic.h), writes FOLDER/xapian.run
//
// A run has one line a query: milliseconds, a tab, record numbers by falling score.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>
#include <xapian.h>

namespace {

constexpr unsigned flush_every = 2000;

void build(const std::string &folder)
{
    std::ifstream in(folder + "/corpus.bin", std::ios::binary);
    uint32_t records = 0, count = 0;

    setenv("XAPIAN_FLUSH_THRESHOLD", std::to_string(flush_every).c_str(), 1);
    {
        Xapian::WritableDatabase db(folder + "/xapian.new", Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC);
        std::vector<uint32_t> entries;

        in.read(reinterpret_cast<char *>(&records), 4);
        for (uint32_t r = 0; r < records; r++) {
            Xapian::Document document;

            in.read(reinterpret_cast<char *>(&count), 4);
            entries.resize(count);
            in.read(reinterpret_cast<char *>(entries.data()), std::streamsize(count) * 4);
            if (!in)
                throw std::runtime_error("corpus.bin is cut short");
            for (uint32_t entry : entries)
                document.add_term(std::to_string(entry >> 8), entry & 255u);
            db.add_document(document);
        }
        db.commit();
    }
    Xapian::Database(folder + "/xapian.new").compact(folder + "/xapian");
}

Xapian::Query parse(const std::string &line)
{
    std::istringstream words(line);
    std::vector<Xapian::Query> parts;
    std::string word;

    while (words >> word) {
        size_t colon = word.find(':');

        parts.emplace_back(Xapian::Query::OP_SCALE_WEIGHT, Xapian::Query(word.substr(0, colon)), std::strtod(word.c_str() + colon + 1, nullptr));
    }
    return Xapian::Query(Xapian::Query::OP_OR, parts.begin(), parts.end());
}

void ask(const std::string &folder, unsigned hits)
{
    Xapian::Database db(folder + "/xapian");
    std::vector<std::string> lines;
    std::ifstream in(folder + "/queries.tsv");
    std::ofstream run(folder + "/xapian.run");

    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    for (int round = 0; round < 2; round++) // the first warms the cache
        for (const std::string &line : lines) {
            auto start = std::chrono::steady_clock::now();
            Xapian::Enquire enquire(db);

            enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.7, 0));
            enquire.set_query(parse(line));
            Xapian::MSet found = enquire.get_mset(0, hits);
            std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;

            if (round == 0)
                continue;
            run << took.count() << '\t';
            for (auto it = found.begin(); it != found.end(); ++it)
                run << *it - 1 << ' ';
            run << '\n';
        }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "peer-xapian FOLDER HITS\n";
        return 2;
    }
    try {
        build(argv[1]);
        ask(argv[1], unsigned(std::strtoul(argv[2], nullptr, 10)));
    } catch (const Xapian::Error &error) {
        std::cerr << "peer-xapian: " << error.get_description() << '\n';
        return 1;
    } catch (const std::exception &error) {
        std::cerr << "peer-xapian: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
