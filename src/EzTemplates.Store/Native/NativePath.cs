using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Store.Native;

/// <summary>
/// A path as the kernel takes it: bytes and a final NUL. From text it is UTF-8 (paths of the host), from a <see cref="TreePath"/> the
/// very bytes below the root (paths of a tree), so that no name is out of reach.
/// </summary>
public readonly struct NativePath
{
    private readonly byte[]? _bytes;

    private NativePath(byte[] bytes)
    {
        if (bytes.AsSpan(0, bytes.Length - 1).Contains((byte)0))
        {
            throw new ArgumentException("a path holds no NUL", nameof(bytes));
        }

        _bytes = bytes;
    }

    /// <summary>With the final NUL.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes ?? ".\0"u8;

    public static implicit operator NativePath(string text) => FromString(text);

    public static implicit operator NativePath(TreePath path) => FromTreePath(path);

    public static NativePath FromString(string text) => new(Encoded(Encoding.UTF8, text));

    /// <summary>Relative to the tree's root.</summary>
    public static NativePath FromTreePath(TreePath path) => FromLatin1(path.Relative);

    /// <summary>Bytes as chars, as <see cref="TreePath.Latin1"/> and <see cref="TreePath.Name"/> hold them.</summary>
    public static NativePath FromLatin1(string bytes) => new(Encoded(Encoding.Latin1, bytes));

    public override string ToString() => TreePath.Display(Encoding.Latin1.GetString(Bytes[..^1]));

    private static byte[] Encoded(Encoding encoding, string text)
    {
        var bytes = new byte[encoding.GetByteCount(text) + 1];
        encoding.GetBytes(text, bytes);
        return bytes;
    }
}
