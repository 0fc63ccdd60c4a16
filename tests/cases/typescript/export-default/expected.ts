export default class A {
  x = 2;
}
