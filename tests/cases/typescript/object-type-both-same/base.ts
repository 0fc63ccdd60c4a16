type A = {
  a: string;
};
