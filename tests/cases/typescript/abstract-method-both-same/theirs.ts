abstract class A {
  abstract a(): void;
  abstract b(): number;
}
