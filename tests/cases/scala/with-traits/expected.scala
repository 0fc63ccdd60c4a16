<<<<<<< ours
class A extends B with C {
||||||| base
class A extends B {
=======
class A extends B with D {
>>>>>>> theirs
}
