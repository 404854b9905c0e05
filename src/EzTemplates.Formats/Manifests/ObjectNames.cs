using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// The objects that a manifest or a package's contents name, one after another, straight from the text: for whoever goes through
/// thousands of them and needs no entry. A line that is none of either format is an error, never left out.
/// </summary>
public ref struct ObjectNames
{
    // Contents of before their control members had a time; their objects are named all the same.
    private readonly bool _isEarlier;
    private LineReader _lines;

    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Store: neither text; it names file and line.</exception>
    public ObjectNames(ReadOnlySpan<byte> text, string fileName)
    {
        var isContents = text.StartsWith("ez-contents "u8);
        _isEarlier = text.StartsWith("ez-contents 1\n"u8);
        _lines = new LineReader(text, fileName, isContents ? "package contents" : "manifest");
        _lines.RequireHeader(_isEarlier ? "ez-contents 1"u8 : isContents ? "ez-contents 2"u8 : "ez-manifest 1"u8);
    }

    public Sha256Digest Current { get; private set; }

    /// <summary>The size that the text gives it.</summary>
    public long CurrentSize { get; private set; }

    public bool MoveNext()
    {
        while (_lines.NextLine())
        {
            var word = _lines.Field("type");
            if (word.SequenceEqual("control"u8))
            {
                _ = _lines.Field("mode");
                if (!_isEarlier)
                {
                    _ = _lines.Field("mtime");
                }
            }
            else if (word is not [(byte)'f'])
            {
                if (!word.SequenceEqual("package"u8) && word is not [(byte)'d' or (byte)'l' or (byte)'c' or (byte)'b' or (byte)'p' or (byte)'h'])
                {
                    throw _lines.Fail("the type is none of `f d l c b p h`");
                }

                continue;
            }
            else
            {
                foreach (var what in (ReadOnlySpan<string>)["mode", "uid", "gid", "mtime"])
                {
                    _ = _lines.Field(what);
                }
            }

            CurrentSize = _lines.Number("size");
            Current = _lines.Digest("content");
            return true;
        }

        return false;
    }
}
