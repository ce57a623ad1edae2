// What api/web/vendor/uplot.js is: the charts. Its options are made in one place, which the browser tests.
declare const uPlot: any;
export default uPlot;
