using System.Text;
using System.Xml;

namespace EzTemplates.Formats;

/// <summary>
/// A forward reader over one XML file of a repository. DTDs are not processed, nothing outside the file is read, and depth, tags and
/// texts are bounded, so that no input costs more than its size. Faults name the file, the line and the record.
/// </summary>
internal sealed class MetadataXml : IDisposable
{
    private const int DeepestElement = 64;
    private const int LongestText = 1 << 20;

    /// <summary>Fedora's largest filelists have a third of this.</summary>
    private const long MostCharacters = 3L << 30;
    private readonly XmlReader _reader;
    private readonly string _file;
    private readonly StringBuilder _text = new();

    /// <param name="document">The name of the outermost element.</param>
    public MetadataXml(Stream xml, string file, string document, DtdProcessing dtd = DtdProcessing.Prohibit)
    {
        _file = file;
        _reader = XmlReader.Create(new BoundedTagStream(xml, file), new XmlReaderSettings
        {
            DtdProcessing = dtd,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
            MaxCharactersInDocument = MostCharacters,
        });
        while (Read() && _reader.NodeType != XmlNodeType.Element)
        {
        }

        if (_reader.NodeType != XmlNodeType.Element || _reader.LocalName != document)
        {
            throw Malformed("", $"it is no `{document}` document");
        }
    }

    public string Name => _reader.LocalName;

    public int Depth => _reader.Depth;

    /// <summary>What faults say they are in: <c>package 12 (`nginx`)</c>.</summary>
    public string Record { get; set; } = "";

    /// <summary>Moves to the next element that is a child of the one at <paramref name="depth"/>, passing over what lies deeper.</summary>
    /// <returns>False at that element's end.</returns>
    public bool NextChild(int depth)
    {
        if (_reader.Depth == depth && _reader.NodeType == XmlNodeType.Element && _reader.IsEmptyElement)
        {
            return false;
        }

        while (Read())
        {
            if (_reader.NodeType == XmlNodeType.Element && _reader.Depth == depth + 1)
            {
                return true;
            }

            if (_reader.NodeType == XmlNodeType.EndElement && _reader.Depth == depth)
            {
                return false;
            }
        }

        throw Malformed("", "it ends early");
    }

    /// <summary>The attribute's value, or null.</summary>
    public string? Attribute(string name) => _reader.GetAttribute(name);

    /// <summary>The text of the element that the reader is at; afterwards it is at that element's end.</summary>
    public string Text()
    {
        var depth = _reader.Depth;
        if (_reader.IsEmptyElement)
        {
            return "";
        }

        var only = "";
        _text.Clear();
        while (Read())
        {
            switch (_reader.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when _reader.Depth == depth + 1:
                    if (only.Length > 0)
                    {
                        _ = _text.Append(only);
                    }

                    only = Value();
                    if (_text.Length + only.Length > LongestText)
                    {
                        throw Malformed("", "a text is longer than a mebibyte");
                    }

                    break;
                case XmlNodeType.EndElement when _reader.Depth == depth:
                    return (_text.Length == 0 ? only : _text.Append(only).ToString()).Trim();
                default:
                    break;
            }
        }

        throw Malformed("", "it ends early");
    }

    public MalformedMetadataException Malformed(string field, string reason, int? line = null) => new(
        _file, line ?? ((IXmlLineInfo)_reader).LineNumber, field, Record == "" ? reason : $"{Record}: {reason}");

    public void Dispose() => _reader.Dispose();

    private bool Read()
    {
        try
        {
            var more = _reader.Read();
            return _reader.Depth <= DeepestElement ? more : throw Malformed("", "elements are nested too deeply");
        }
        catch (XmlException e)
        {
            throw Malformed("", "it is not well-formed XML: " + e.Message, e.LineNumber);
        }
        catch (Exception e) when (e is DecoderFallbackException or ArgumentException or FormatException or MalformedArchiveException)
        {
            throw Malformed("", e is MalformedArchiveException archive ? archive.Reason : "its text is not in its encoding");
        }
    }

    private string Value()
    {
        try
        {
            return _reader.Value;
        }
        catch (XmlException e)
        {
            throw Malformed("", "it is not well-formed XML: " + e.Message, e.LineNumber);
        }
    }
}

/// <summary>Refuses a stream in which nothing closes a tag for long: the reader would hold all of it.</summary>
internal sealed class BoundedTagStream(Stream source, string file) : ForwardStream
{
    private const int Longest = 4 << 20;
    private int _open;

    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(buffer);
        var last = buffer[..read].LastIndexOf((byte)'>');
        _open = last < 0 ? _open + read : read - last - 1;
        return _open <= Longest ? read
            : throw new MalformedMetadataException(file, 0, "", "a tag or text is longer than four mebibytes");
    }
}
