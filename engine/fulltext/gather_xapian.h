/*
 * Part of fulltext_xapian.cc, which includes <xapian.h> before it: documents that wait, in one block of memory, until
 * many are handed to the library at once. Its trees of postings are then in the processor's cache while they grow;
 * between the analyses of two records they are not, and each of a hundred words a record costs a walk through main
 * memory (two fifths of what the library takes of a build).
 */
#ifndef QIAO_FULLTEXT_GATHER_XAPIAN_H
#define QIAO_FULLTEXT_GATHER_XAPIAN_H

#include "fulltext/terms.h"

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace {

/* Value that orders equal documents: newest first, then by id. */
constexpr Xapian::valueno order_slot = QIAO_SLOT_COUNT;

/* Four bytes that sort newest first and unknown last, then the id. */
std::string
order_value(const qiao_fulltext_document &from)
{
    double day = from.slots[QIAO_SLOT_UPDATED];
    uint32_t age =
        std::isnan(day) ? UINT32_MAX : static_cast<uint32_t>(INT64_C(0x7fffffff) - static_cast<int64_t>(day));
    std::string value;

    for (int shift = 24; shift >= 0; shift -= 8)
        value.push_back(static_cast<char>(age >> shift & 0xffu));
    return value + from.id;
}

class gathered
{
  public:
    /* Throws where a tag is none; then nothing is gathered of the document. */
    void
    add(const qiao_fulltext_document &from)
    {
        size_t bytes = bytes_.size(), terms = terms_.size(), values = values_.size();

        try {
            add_terms(from);
            add_values(from);
            documents_.push_back({from.docid, terms_.size() - terms, values_.size() - values});
        } catch (...) {
            bytes_.resize(bytes);
            terms_.resize(terms);
            values_.resize(values);
            throw;
        }
    }

    size_t
    postings() const
    {
        return terms_.size();
    }

    size_t
    documents() const
    {
        return documents_.size();
    }

    /* Each to its docid, in the order they came. Keeps its memory. */
    void
    write(Xapian::WritableDatabase &to)
    {
        const char *at = bytes_.data();
        const piece *term = terms_.data(), *value = values_.data();

        for (const waiting &one : documents_) {
            Xapian::Document document;

            for (const piece *end = term + one.terms; term < end; term++) {
                document.add_term(std::string(at, term->length), term->number);
                at += term->length;
            }
            for (const piece *end = value + one.values; value < end; value++) {
                document.add_value(value->number, std::string(at, value->length));
                at += value->length;
            }
            to.replace_document(one.docid, document);
        }
        bytes_.clear();
        terms_.clear();
        values_.clear();
        documents_.clear();
    }

  private:
    /* A term and how often it is there (0: a tag), or a value and its slot. */
    struct piece {
        uint32_t length, number;
    };
    struct waiting {
        uint32_t docid;
        size_t terms, values;
    };

    void
    add_term(const char *term, size_t length, uint32_t count)
    {
        bytes_.append(term, length);
        terms_.push_back({static_cast<uint32_t>(length), count});
    }

    void
    add_value(uint32_t slot, const std::string &value)
    {
        bytes_.append(value);
        values_.push_back({static_cast<uint32_t>(value.size()), slot});
    }

    void
    add_terms(const qiao_fulltext_document &from)
    {
        char term[QIAOI_TERM_ROOM];
        std::string id = std::string("id:") + from.id;

        for (size_t i = 0; i < from.term_count; i++) {
            const qiao_fulltext_term &word = from.terms[i];

            add_term(term, qiaoi_fulltext_word_term(word.field, word.form, word.length, term), word.count);
        }
        for (size_t i = 0; i < from.filter_count; i++) {
            size_t length = qiaoi_fulltext_tag_term(from.filters[i], std::strlen(from.filters[i]), term);

            if (length == 0)
                throw Xapian::InvalidArgumentError(std::string("tag ") + from.filters[i]);
            add_term(term, length, 0);
        }
        add_term(term, qiaoi_fulltext_tag_term(id.data(), id.size(), term), 0);
    }

    void
    add_values(const qiao_fulltext_document &from)
    {
        for (unsigned slot = 0; slot < QIAO_SLOT_COUNT; slot++)
            if (!std::isnan(from.slots[slot]))
                add_value(slot, Xapian::sortable_serialise(from.slots[slot]));
        add_value(order_slot, order_value(from));
    }

    std::string bytes_; /* of each document its terms, then its values */
    std::vector<piece> terms_, values_;
    std::vector<waiting> documents_;
};

} // namespace

#endif
