const f = async (a, b) => {
  return a;
};
