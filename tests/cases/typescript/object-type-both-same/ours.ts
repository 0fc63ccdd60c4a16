type A = {
  a: string;
  b: string;
};
