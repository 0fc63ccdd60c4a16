type t = {
  name : string;
  age : int;
}
