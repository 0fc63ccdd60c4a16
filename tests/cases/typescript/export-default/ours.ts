export default class A {
  x = 1;
}
