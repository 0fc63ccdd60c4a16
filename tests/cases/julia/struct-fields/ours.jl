struct A
    x::Int
    y::Int
end
