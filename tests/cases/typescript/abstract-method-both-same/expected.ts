abstract class A {
  abstract a(): void;
<<<<<<< ours
  abstract b(): string;
||||||| base
=======
  abstract b(): number;
>>>>>>> theirs
}
