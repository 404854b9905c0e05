using System.Collections.Immutable;

namespace EzTemplates.Formats.Compression;

/// <summary>A library of the system that packages are decompressed with.</summary>
public readonly record struct SystemLibrary(string Name, string DebianPackage);

public static class SystemLibraries
{
    public static ImmutableArray<SystemLibrary> All { get; } =
    [
        new(LzmaNative.Library, LzmaNative.DebianPackage),
        new(ZstdNative.Library, ZstdNative.DebianPackage),
        new(ZlibNative.Library, ZlibNative.DebianPackage),
        new(Bzip2Native.Library, Bzip2Native.DebianPackage),
    ];
}
