def main():
    run()


def other():
    pass


if __name__ == "__main__":
    main()
