using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>The key files of a host, in which keys are looked up that a recipe names by nothing but their fingerprints.</summary>
/// <param name="Folders">Where they were looked for, whether or not there is such a folder.</param>
public sealed record HostKeyFiles(ImmutableArray<string> Files, ImmutableArray<string> Folders)
{
    public static HostKeyFiles None { get; } = new([], []);

    /// <summary>Each folder, and how many files were looked into there.</summary>
    internal string Describe() => Folders.IsEmpty ? "nowhere: this host has no folder of keys" : string.Join(", ", Folders.Select(folder =>
        string.Create(CultureInfo.InvariantCulture, $"`{folder}` ({(Directory.Exists(folder) ? Count(folder) : "not there")})")));

    private string Count(string folder) => Files.Count(file => file.StartsWith(folder + "/", StringComparison.Ordinal)) switch
    {
        0 => "no key file",
        1 => "1 file",
        var count => string.Create(CultureInfo.InvariantCulture, $"{count} files"),
    };
}

/// <summary>Finds the keys that a recipe names: by a file, or by fingerprint, in the files that it names with them and in those of the host.</summary>
internal static class NamedKeys
{
    /// <summary>All keys of a file. It is looked for before anything is fetched that they are to verify.</summary>
    /// <exception cref="EzException">Untrusted: there is none.</exception>
    public static TrustedKeys InFile(string repository, KeySource.KeyFile file) => File.Exists(file.FullPath)
        ? new TrustedKeys([file.FullPath], [], [])
        : throw new EzException(
            FailureKind.Untrusted,
            $"repository `{repository}`: there is no key file `{file.FullPath}`",
            "get it from the distribution and put it there, or name in `keys:` where it is, from the recipe's folder on");

    /// <summary>Whether some are to be looked up on the host.</summary>
    public static bool AskHost(KeySource.Fingerprints keys) => !OfHost(keys).IsEmpty;

    /// <exception cref="EzException">Untrusted: a file lacks the key that it is named for, or no key that is looked up on the host is there. Usage: a file cannot be read.</exception>
    public static TrustedKeys Find(string repository, KeySource.Fingerprints keys, HostKeyFiles host)
    {
        foreach (var file in keys.Files)
        {
            _ = Find(repository, file);
        }

        var ofHost = OfHost(keys);
        ImmutableArray<string> found = ofHost.IsEmpty ? [] : [.. host.Files.Where(file => FingerprintsIn(file).Any(ofHost.Contains))];
        return found.IsEmpty && ofHost.Length == keys.Allowed.Length
            ? throw new EzException(
                FailureKind.Untrusted,
                $"repository `{repository}`: no key file of this host has the key `{string.Join("` or `", ofHost)}`; looked for in {host.Describe()}",
                Advice(ofHost[0]))
            : new TrustedKeys([.. keys.Files.Select(file => file.FullPath).Concat(found).Distinct()], keys.Armored.Length > 0 ? [keys.Armored] : [], keys.Allowed);
    }

    /// <returns>The key that a file is named for.</returns>
    /// <exception cref="EzException">Untrusted: it is not in it. Usage: the file cannot be read.</exception>
    public static (string Fingerprint, byte[] Bytes) Find(string repository, NamedKeyFile file)
    {
        List<(string Fingerprint, byte[] Bytes)> all;
        try
        {
            all = KeyBlocks.CertificatesIn(file.FullPath);
        }
        catch (EzException unusable) when (unusable.Kind == FailureKind.Untrusted)
        {
            all = [];
        }

        return all.Find(key => key.Fingerprint == file.Fingerprint) is { Bytes: not null } found ? found : throw new EzException(
            FailureKind.Untrusted,
            $"repository `{repository}`: the key file `{file.Written}` does not have the key `{file.Fingerprint}`; "
                + (all.Count == 0 ? "it has no OpenPGP key that can be read" : $"it has `{string.Join("`, `", all.Select(key => key.Fingerprint))}`"),
            $"compare it with what the distribution publishes: gpg --show-keys --with-fingerprint {file.FullPath}");
    }

    /// <summary>What brings distributions' keys.</summary>
    public const string Packages = "`distribution-gpg-keys` on Fedora and its like, `debian-archive-keyring`";

    /// <summary>How a key comes to be had that is in no file.</summary>
    public static string Advice(string fingerprint) =>
        "get the key's file from the distribution, put it beside the recipe, and name it with its fingerprint: "
        + $"`keys: [{{file: keys/NAME.asc, fingerprint: {fingerprint}}}]`; or install the package that brings it here ({Packages})";

    private static ImmutableArray<string> OfHost(KeySource.Fingerprints keys)
    {
        var carried = keys.Armored.Length == 0 ? [] : KeyBlocks.Certificates(TrustedKeys.Dearmor(Encoding.UTF8.GetBytes(keys.Armored), "the recipe's keys")).Select(key => key.Fingerprint);
        return [.. keys.Allowed.Except(keys.Files.Select(file => file.Fingerprint)).Except(carried)];
    }

    /// <summary>What is no key file, or cannot be read, has none.</summary>
    private static IEnumerable<string> FingerprintsIn(string file)
    {
        try
        {
            return KeyBlocks.CertificatesIn(file).Select(key => key.Fingerprint);
        }
        catch (EzException)
        {
            return [];
        }
    }
}
