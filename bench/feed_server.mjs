// A source of any size, made while it is asked for: for bench/feeds.sh. Prints its port.
//   node feed_server.mjs RECORDS        /csv: one file; /oai: OAI-PMH, 1,000 records a page
import http from 'node:http';

const total = Number(process.argv[2] ?? 1000000), size = 1000;
const words = ['ceramic', 'separator', 'battery', 'laser', 'membrane', 'catalyst', 'sensor', 'hydrogen', 'polymer', 'wafer', 'antibody', 'alloy', 'robot', 'turbine', 'coating', 'vaccine'];
const word = (n, k) => words[(Math.imul(n + 1, 2654435761) >>> (k * 3)) % words.length];
const title = (n) => `${word(n, 1)} ${word(n, 2)} ${word(n, 3)} no. ${n}`;
const text = (n) => `A ${word(n, 2)} for ${word(n, 4)} and ${word(n, 5)} that lasts ${n % 97} months in ${word(n, 6)} plants. `.repeat(4);
const csvRow = (n) => `X-${n},"${title(n)}","${text(n)}",${2015 + n % 10}-0${1 + n % 9}-11,"Firm ${n % 5000}"\n`;
const oaiRecord = (n) => `<record><header><identifier>oai:bench:${n}</identifier><datestamp>2026-02-01</datestamp></header><metadata><dc><title>${title(n)}</title>` +
  `<description>${text(n)}</description><subject>${word(n, 1)}</subject></dc></metadata></record>`;

function csv(response) {
  let n = 0;
  const more = () => {
    while (n < total) {
      let piece = '';
      for (let i = 0; i < 500 && n < total; i++) piece += csvRow(n++);
      if (!response.write(piece)) { response.once('drain', more); return; }
    }
    response.end();
  };
  response.write('Agency Tracking Number,Award Title,Abstract,Proposal Award Date,Company\n');
  more();
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://host'), page = Number(url.searchParams.get('resumptionToken') ?? 0);
  if (url.pathname === '/csv') return csv(response);
  const first = page * size, count = Math.min(size, total - first);
  response.end(`<OAI-PMH><responseDate>2026-03-01T08:00:00Z</responseDate><ListRecords>${Array.from({ length: count }, (_, i) => oaiRecord(first + i)).join('')}` +
    `<resumptionToken>${first + count < total ? page + 1 : ''}</resumptionToken></ListRecords></OAI-PMH>`);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
