abstract class A {
  abstract a(): void;
}
