module.exports = {
  a,
  b,
  d
};
