using System.Text;

namespace EzTemplates.Formats;

/// <summary>A header's fields that have one value a file, each checked to have as many as there are files.</summary>
internal sealed class RpmFileColumns(RpmHeader header, int files)
{
    private readonly RpmNumbers _longSizes = Numbers(header, RpmField.LongFileSizes, files);
    private readonly RpmNumbers _sizes = Numbers(header, RpmField.FileSizes, files);
    private readonly RpmNumbers _modes = Required(header, RpmField.FileModes, files);
    private readonly RpmNumbers _deviceNumbers = Numbers(header, RpmField.FileDeviceNumbers, files);
    private readonly RpmNumbers _times = Required(header, RpmField.FileTimes, files);
    private readonly RpmNumbers _flags = Numbers(header, RpmField.FileFlags, files);
    private readonly RpmNumbers _devices = Numbers(header, RpmField.FileDevices, files);
    private readonly RpmNumbers _inodes = Numbers(header, RpmField.FileInodes, files);
    private readonly RpmNumbers _colors = Numbers(header, RpmField.FileColors, files);
    private RpmTexts _digests = Texts(header, RpmField.FileDigests, files);
    private RpmTexts _linkTargets = Texts(header, RpmField.FileLinkTargets, files);
    private readonly RepeatedText _users = new(Texts(header, RpmField.FileUserNames, files));
    private readonly RepeatedText _groups = new(Texts(header, RpmField.FileGroupNames, files));
    private readonly RepeatedText _languages = new(Texts(header, RpmField.FileLanguages, files));
    private readonly RepeatedText _capabilities = new(Texts(header, RpmField.FileCapabilities, files));

    public ulong Mode(int file) => _modes[file];

    public uint Time(int file) => (uint)_times[file];

    public ulong DeviceNumber(int file) => Optional(_deviceNumbers, file);

    public uint Flags(int file) => (uint)Optional(_flags, file);

    public uint Color(int file) => (uint)Optional(_colors, file);

    /// <summary>Device and inode, which tell the names of one file from other files; 0 where the header does not say.</summary>
    public ulong Identity(int file) => _devices.Count == 0 || _inodes.Count == 0 || _inodes[file] == 0 ? 0 : (_devices[file] << 32) | (uint)_inodes[file];

    public long Size(int file)
    {
        var size = _longSizes.Count > 0 ? _longSizes[file] : _sizes.Count > 0 ? _sizes[file] : throw Missing(RpmField.FileSizes);
        return size <= long.MaxValue ? (long)size : throw new MalformedArchiveException($"its size {size} in {RpmField.LongFileSizes.Name} is no size");
    }

    // Each of these gives the next file's value: strings have no places of their own.
    public ReadOnlyMemory<byte> NextDigest() => _digests.Next();

    public string NextLinkTarget() => Encoding.Latin1.GetString(_linkTargets.Next().Span);

    public string NextUser() => _users.Next();

    public string NextGroup() => _groups.Next();

    public string NextLanguages() => _languages.Next();

    public string NextCapabilities() => _capabilities.Next();

    private static ulong Optional(RpmNumbers numbers, int file) => numbers.Count == 0 ? 0 : numbers[file];

    private static RpmNumbers Numbers(RpmHeader header, RpmField field, int files)
    {
        CheckCount(header, field, files);
        return header.Numbers(field);
    }

    private static RpmTexts Texts(RpmHeader header, RpmField field, int files)
    {
        CheckCount(header, field, files);
        return header.Texts(field);
    }

    private static RpmNumbers Required(RpmHeader header, RpmField field, int files) =>
        files == 0 || header.Has(field) ? Numbers(header, field, files) : throw Missing(field);

    private static void CheckCount(RpmHeader header, RpmField field, int files)
    {
        if (header.Count(field) is > 0 and var count && count != files)
        {
            throw new MalformedArchiveException($"its field {field.Name} has {count} values for {files} files");
        }
    }

    private static MalformedArchiveException Missing(RpmField field) => new($"it has files and no field {field.Name}");

    /// <summary>Strings most of which equal the one before: each run of them is one object.</summary>
    private sealed class RepeatedText(RpmTexts texts)
    {
        private RpmTexts _texts = texts;
        private ReadOnlyMemory<byte> _last;
        private string _text = "";

        public string Next()
        {
            var next = _texts.Next();
            if (!next.Span.SequenceEqual(_last.Span))
            {
                (_last, _text) = (next, Encoding.Latin1.GetString(next.Span));
            }

            return _text;
        }
    }
}
