module.exports = {
  a,
};
