type t = {
  name : string;
  age : float;
}
