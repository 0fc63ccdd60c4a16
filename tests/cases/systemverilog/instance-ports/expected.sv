module m;
  a u(.x(3), .y(4));
endmodule
