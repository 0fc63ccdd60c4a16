module.exports = {
  a,
  b,
};
