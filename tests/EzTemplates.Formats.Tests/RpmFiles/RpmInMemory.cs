using EzTemplates.Domain;
using EzTemplates.Formats.Tests.Archives;
using EzTemplates.Testing;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>Reads a package as the store does, but keeps nothing.</summary>
internal static class RpmInMemory
{
    public static RpmReadOptions Options { get; } = new() { FileName = "odd.rpm", AllowDevices = true, AllowSources = true };

    public static PackageContents Read(byte[] rpm, RpmReadOptions? options = null)
    {
        using var stream = new DribblingStream(rpm);
        return RpmReader.Read(stream, options ?? Options, DebInMemory.Sink);
    }

    public static PackageContents Read(RawRpm rpm) => Read(rpm.ToArray());

    public static MalformedArchiveException Refused(byte[] rpm, RpmReadOptions? options = null) =>
        Xunit.Assert.Throws<MalformedArchiveException>(() => Read(rpm, options));
}
