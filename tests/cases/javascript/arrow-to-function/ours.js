const f = async (a) => {
  return a;
};
