// Lucene 8 as a peer of qiao-bench retrieval: the same terms, weights and number of hits, with Block-Max WAND (its default) and counting exactly.
//
//   java -cp lucene-core.jar LucenePeer.java FOLDER HITS      reads FOLDER/corpus.bin and queries.tsv (bench/synthetic.h),
//                                                              writes FOLDER/lucene-default.run and FOLDER/lucene-exact.run
import java.io.*;
import java.nio.*;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.util.*;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.*;
import org.apache.lucene.index.*;
import org.apache.lucene.search.*;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.*;

public final class LucenePeer {
    static final BM25Similarity SIMILARITY = new BM25Similarity(1.2f, 0.7f);

    /** Terms of one record, each as often as it occurs. */
    static final class Terms extends TokenStream {
        private final CharTermAttribute text = addAttribute(CharTermAttribute.class);
        private int[] entries;
        private int at, times;

        void set(int[] newEntries) {
            entries = newEntries;
            at = 0;
            times = 0;
        }

        @Override
        public boolean incrementToken() {
            if (at == entries.length)
                return false;
            clearAttributes();
            text.append(Integer.toString(entries[at] >>> 8));
            if (++times == (entries[at] & 255)) {
                times = 0;
                at++;
            }
            return true;
        }
    }

    static void build(String folder, Directory directory) throws IOException {
        FieldType type = new FieldType();
        type.setTokenized(true);
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        type.freeze();
        IndexWriterConfig config = new IndexWriterConfig((Analyzer) null).setSimilarity(SIMILARITY).setRAMBufferSizeMB(256);
        // segments in order, so that record numbers are document numbers
        config.setMergePolicy(new LogDocMergePolicy());
        try (IndexWriter writer = new IndexWriter(directory, config);
             DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(Paths.get(folder, "corpus.bin")), 1 << 20))) {
            int records = Integer.reverseBytes(in.readInt());
            Terms terms = new Terms();
            for (int r = 0; r < records; r++) {
                int[] entries = new int[Integer.reverseBytes(in.readInt())];
                for (int i = 0; i < entries.length; i++)
                    entries[i] = Integer.reverseBytes(in.readInt());
                terms.set(entries);
                Document document = new Document();
                document.add(new Field("f", terms, type));
                writer.addDocument(document);
            }
            writer.forceMerge(1);
        }
    }

    static Query parse(String line) {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        for (String word : line.split(" ")) {
            int colon = word.indexOf(':');
            query.add(new BoostQuery(new TermQuery(new Term("f", word.substring(0, colon))), Float.parseFloat(word.substring(colon + 1))), BooleanClause.Occur.SHOULD);
        }
        return query.build();
    }

    static void ask(String folder, IndexSearcher searcher, int hits, boolean exact) throws IOException {
        List<String> lines = Files.readAllLines(Paths.get(folder, "queries.tsv"));
        try (PrintWriter run = new PrintWriter(folder + (exact ? "/lucene-exact.run" : "/lucene-default.run"))) {
            for (int round = 0; round < 3; round++) // the first two warm the cache and the compiler
                for (String line : lines) {
                    long start = System.nanoTime();
                    TopScoreDocCollector collector = TopScoreDocCollector.create(hits, exact ? Integer.MAX_VALUE : 1000);
                    searcher.search(parse(line), collector);
                    TopDocs found = collector.topDocs();
                    double took = (System.nanoTime() - start) / 1e6;
                    if (round < 2)
                        continue;
                    StringBuilder out = new StringBuilder().append(took).append('\t');
                    for (ScoreDoc hit : found.scoreDocs)
                        out.append(hit.doc).append(' ');
                    run.println(out);
                }
        }
    }

    public static void main(String[] arguments) throws IOException {
        BooleanQuery.setMaxClauseCount(4096);
        try (Directory directory = MMapDirectory.open(Paths.get(arguments[0], "lucene"))) {
            build(arguments[0], directory);
            try (IndexReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setSimilarity(SIMILARITY);
                searcher.setQueryCache(null);
                for (boolean exact : new boolean[] {false, true})
                    ask(arguments[0], searcher, Integer.parseInt(arguments[1]), exact);
            }
        }
    }
}
