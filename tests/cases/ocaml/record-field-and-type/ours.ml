type t = {
  name : string;
  age : int;
  mail : string;
}
