using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>What a package of a repository must say of itself to be used. Its name, version and architecture become parts of files' names.</summary>
internal static class RpmRecordCheck
{
    public static string? ProblemOf(RpmRecord record) =>
        record.Problem is not null ? record.Problem
        : !Names.IsRpmPackageName(record.Name) ? "it has no usable name"
        : !Names.IsRpmArchitecture(record.Architecture) ? "it has no usable architecture"
        : !IsPartOfVersion(record.Version) || (record.Release.Length > 0 && !IsPartOfVersion(record.Release)) ? $"`{TreePath.Display(record.Version)}-{TreePath.Display(record.Release)}` is no version and release"
        : record.Epoch.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 ? $"its epoch `{TreePath.Display(record.Epoch)}` is not a number"
        : record.Digest is null ? "it has no checksum"
        : !ArchivePath.IsValid(record.Path) ? $"`{TreePath.Display(record.Path)}` is not a path below a repository's root"
        : null;

    private static bool IsPartOfVersion(string text) => Names.IsRpmVersion(text) && !text.Contains('-') && !text.Contains(':');
}

/// <summary>Tells two records apart by all that they say.</summary>
internal sealed class RpmFingerprint
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[1 << 12];
    private int _used;

    public Sha256Digest Of(RpmRecord record)
    {
        foreach (var text in (ReadOnlySpan<string>)[record.Name, record.Architecture, record.Epoch, record.Version, record.Release, record.Path])
        {
            Add(text);
        }

        Add(record.Size);
        Add(record.InstalledSize);
        foreach (var (kind, entry) in record.Dependencies)
        {
            Add((long)kind);
            Add(entry);
        }

        Add(-1);
        foreach (var entry in record.Provides)
        {
            Add(entry);
        }

        foreach (var path in record.Files)
        {
            Add(path);
        }

        Flush();
        return new Sha256Digest(_hash.GetHashAndReset());
    }

    private void Add(RpmEntry entry)
    {
        Add(entry.Name);
        Add((long)entry.Relation);
        Add(entry.Version);
    }

    private void Add(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Add(length);
        Reserve(length);
        _used += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_used));
    }

    private void Add(long number)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_used), number);
        _used += sizeof(long);
    }

    private void Reserve(int length)
    {
        if (_used + length > _buffer.Length)
        {
            Flush();
            _buffer = length > _buffer.Length ? new byte[length] : _buffer;
        }
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _used = 0;
    }
}
