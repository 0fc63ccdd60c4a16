module.exports = {
  a,
  c,
};
