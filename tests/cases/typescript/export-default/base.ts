class A {
  x = 1;
}
export default A;
