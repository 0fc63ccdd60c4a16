import { b, c, d } from "./letters";

run(b, d);
