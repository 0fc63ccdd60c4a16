module m;
  initial begin
    a = 1;
    c = 3;
  end
endmodule
