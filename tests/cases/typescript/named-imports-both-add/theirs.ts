import { b, d, e } from "./letters";

run(b, d);
