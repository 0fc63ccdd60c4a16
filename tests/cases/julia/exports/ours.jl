module A
export a, b, c
end
