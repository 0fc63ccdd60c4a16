type t = {
  name : string;
  age : float;
  mail : string;
}
