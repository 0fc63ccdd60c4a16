<<<<<<< ours
class A extends B with C, D {
||||||| base
class A extends B with C {
=======
class A extends B with C, E {
>>>>>>> theirs
}
