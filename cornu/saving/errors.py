"""What can be wrong with a file, as two types."""


class FileFormatError(ValueError):
    """The bytes are not what their format says, or use a part of it that is not read."""


class UnsafeFileError(FileFormatError):
    """The file asks for something that reading a model never does.

    Examples: a link out of the file, more bytes than it stores, a pickled object. It is a
    `FileFormatError` too, so one ``except`` covers every file that cannot be read.
    """
