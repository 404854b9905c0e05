using System.Globalization;

namespace EzTemplates.Formats;

/// <summary>What stands before a package's payload.</summary>
/// <param name="Signature">Digests and signatures of the main header, and of the payload.</param>
/// <param name="Main">The package.</param>
public sealed record RpmHeaders(RpmHeader Signature, RpmHeader Main)
{
    /// <summary>As rpm's <c>%{NEVRA}</c> has it: the epoch only where there is one, a source package with the architecture it was made on.</summary>
    public string Nevra
    {
        get
        {
            var epoch = Main.Numbers(RpmField.Epoch);
            var prefix = epoch.Count == 0 ? "" : epoch[0].ToString(CultureInfo.InvariantCulture) + ":";
            return $"{Main.Text(RpmField.PackageName)}-{prefix}{Main.Text(RpmField.Version)}-{Main.Text(RpmField.Release)}.{Main.Text(RpmField.Architecture)}";
        }
    }

    /// <summary>Epoch, version and release as locks write them: <c>1:2.0-3</c>; an epoch of 0 is none.</summary>
    public string VersionText
    {
        get
        {
            var epoch = Main.Numbers(RpmField.Epoch);
            var version = $"{Main.Text(RpmField.Version)}-{Main.Text(RpmField.Release)}";
            return epoch.Count == 0 || epoch[0] == 0 ? version : string.Create(CultureInfo.InvariantCulture, $"{epoch[0]}:{version}");
        }
    }

    /// <summary>Such a text of somebody who writes the epoch even where it is 0.</summary>
    public static string WithoutZeroEpoch(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.StartsWith("0:", StringComparison.Ordinal) ? version[2..] : version;
    }

    /// <summary>Every package that is built from a source names it; those that name none are sources.</summary>
    public bool IsSource => !Main.Has(RpmField.SourcePackage);

    /// <summary>A quick look: lead and headers are read and checked with the header's own digests, nothing of the payload is.</summary>
    /// <exception cref="MalformedArchiveException">Names the file, the header, the field and the reason.</exception>
    public static RpmHeaders Read(Stream archive, string fileName)
    {
        var at = new ArchivePosition();
        try
        {
            return Read(archive, at);
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(fileName, at.Describe());
        }
    }

    /// <summary>For headers that a store has kept since before <see cref="Read(Stream, string)"/> looked at this.</summary>
    /// <exception cref="MalformedArchiveException">A field that is read of unpacked packages has another type than it must; names the file and the field.</exception>
    public void CheckTypes(string fileName)
    {
        var at = new ArchivePosition();
        try
        {
            at.Enter(RpmHeaderKind.Signature.Name);
            RpmFieldTypes.CheckSignature(Signature);
            at.Enter(RpmHeaderKind.Main.Name);
            RpmFieldTypes.CheckMain(Main);
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(fileName, at.Describe());
        }
    }

    internal static RpmHeaders Read(Stream archive, ArchivePosition at)
    {
        at.Enter("lead");
        RpmLead.Read(archive);
        at.Enter(RpmHeaderKind.Signature.Name);
        var signature = RpmHeader.Read(archive, RpmHeaderKind.Signature);
        RpmFieldTypes.CheckSignature(signature);
        SkipPadding(archive, signature.Bytes.Length);
        at.Enter(RpmHeaderKind.Main.Name);
        var main = RpmHeader.Read(archive, RpmHeaderKind.Main);
        RpmDigests.CheckHeader(signature, main);
        RpmFieldTypes.CheckMain(main);
        foreach (var field in (ReadOnlySpan<RpmField>)[RpmField.PackageName, RpmField.Version, RpmField.Release])
        {
            if (string.IsNullOrEmpty(main.Text(field)))
            {
                throw new MalformedArchiveException($"it has no {field.Name}");
            }
        }

        at.Leave();
        return new RpmHeaders(signature, main);
    }

    /// <summary>The main header begins at a multiple of 8 bytes.</summary>
    private static void SkipPadding(Stream archive, int signatureSize)
    {
        Span<byte> padding = stackalloc byte[(8 - (signatureSize % 8)) % 8];
        if (archive.ReadAtLeast(padding, padding.Length, throwOnEndOfStream: false) < padding.Length)
        {
            throw new MalformedArchiveException("the package ends in the padding after it");
        }
    }
}
