class A {
  x = 2;
}
export default A;
