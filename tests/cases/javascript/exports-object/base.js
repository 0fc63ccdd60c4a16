module.exports = {
  a,
  b
};
