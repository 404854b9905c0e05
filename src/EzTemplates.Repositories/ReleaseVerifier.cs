using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>Text that a key which may sign it has signed, as the verifier gave it out; nothing else of the file is used.</summary>
/// <param name="SignedBy">The primary fingerprint; empty where signatures are not asked for.</param>
public sealed record SignedText(ReadOnlyMemory<byte> Text, string SignedBy)
{
    /// <summary>The snapshot's name.</summary>
    public Sha256Digest Name { get; } = Sha256Digest.Of(Text.Span);
}

/// <summary>Verifies Release files with the host's own verifier: <c>gpgv</c>, or <c>sqv</c> where that is what APT uses.</summary>
public sealed class ReleaseVerifier
{
    /// <summary>Any of these will do.</summary>
    public static ImmutableArray<string> Programs { get; } = ["gpgv", "sqv", "gpgv2"];

    private readonly string _program;
    private readonly string _workFolder;
    private readonly bool _isSequoia;

    private ReleaseVerifier(string program, string workFolder)
    {
        _workFolder = workFolder;
        _program = program;
        _isSequoia = Path.GetFileName(program).StartsWith("sqv", StringComparison.Ordinal);
    }

    /// <summary>Looks for a verifier on PATH.</summary>
    /// <param name="workFolder">Where its input and output lie while it runs: one that only this user may enter.</param>
    /// <exception cref="EzException">There is none.</exception>
    public static ReleaseVerifier Find(string workFolder, string? path = null)
    {
        var folders = (path ?? Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var program = Programs.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        return program is null
            ? throw new EzException(FailureKind.Environment, "signatures cannot be verified: neither `gpgv` nor `sqv` is on PATH", "install one: `apt-get install gpgv` or `dnf install gnupg2`")
            : new ReleaseVerifier(program, workFolder);
    }

    /// <summary>Verifies an InRelease (RFC 9580 7: cleartext signature framework).</summary>
    /// <param name="subject">What messages call it: its address.</param>
    /// <exception cref="EzException">It is not signed by a key that may.</exception>
    public SignedText Verify(byte[] inRelease, TrustedKeys keys, string subject)
    {
        RequireOneMessage(inRelease, subject);
        using var folder = OpenFolder(keys, subject);
        var message = folder.Write("message", inRelease);
        var output = folder.PathOf("text");
        var signer = _isSequoia
            ? RunSequoia(["--output", output, "--cleartext", message], folder, subject)
            : SignatureReport.Judge(Run([.. GpgvArguments(folder), "--output", output, message]), keys, subject);
        return File.Exists(output)
            ? new SignedText(File.ReadAllBytes(output), signer)
            : throw new EzException(FailureKind.Untrusted, $"the verifier gave out no text for `{subject}`", "try another mirror: `--mirror ID=URL`");
    }

    /// <summary>Verifies a Release by its Release.gpg.</summary>
    /// <exception cref="EzException">It is not signed by a key that may.</exception>
    public SignedText VerifyDetached(byte[] release, byte[] signature, TrustedKeys keys, string subject)
    {
        using var text = new MemoryStream(release, writable: false);
        return new SignedText(release, VerifyDetached([text], signature, keys, subject));
    }

    /// <summary>Verifies what several streams hold, one after the other.</summary>
    /// <returns>The primary fingerprint of the key that signed it.</returns>
    /// <exception cref="EzException">It is not signed by a key that may.</exception>
    internal string VerifyDetached(IEnumerable<Stream> parts, byte[] signature, TrustedKeys keys, string subject)
    {
        using var folder = OpenFolder(keys, subject);
        return VerifyDetached(parts, signature, folder, subject);
    }

    /// <summary>Likewise, with a folder that serves many runs, several at the same time.</summary>
    /// <exception cref="EzException">It is not signed by one of the folder's keys.</exception>
    internal string VerifyDetached(IEnumerable<Stream> parts, byte[] signature, VerifierFolder folder, string subject)
    {
        using var text = folder.WritePassing(parts);
        using var packets = new MemoryStream(signature, writable: false);
        using var detached = folder.WritePassing([packets]);
        return _isSequoia
            ? RunSequoia(["--signature-file", detached.Path, text.Path], folder, subject)
            : SignatureReport.Judge(Run([.. GpgvArguments(folder), detached.Path, text.Path]), folder.Keys, subject);
    }

    /// <exception cref="EzException">A key cannot be read, or there is none.</exception>
    internal VerifierFolder OpenFolder(TrustedKeys keys, string subject) => new(_workFolder, keys, subject);

    /// <summary>
    /// One signed message, and nothing before it: a second one could smuggle in text under the first one's signature. Inside a message
    /// such a line is escaped, so counting is safe. What else stands behind the message does no harm, as only what the verifier gives
    /// out is used.
    /// </summary>
    private static void RequireOneMessage(ReadOnlySpan<byte> text, string subject)
    {
        var begin = "-----BEGIN PGP SIGNED MESSAGE-----"u8;
        if (!text.StartsWith(begin))
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{subject}` is not a signed message",
                "a login page of a network does this, or a broken mirror: look at it in a browser, or try `--mirror ID=URL`");
        }

        if (text[begin.Length..].IndexOf("\n-----BEGIN PGP SIGNED MESSAGE-----"u8) >= 0)
        {
            throw new EzException(FailureKind.Untrusted, $"`{subject}` holds more than one signed message", "try another mirror: `--mirror ID=URL`");
        }
    }

    private static IEnumerable<string> GpgvArguments(VerifierFolder folder) =>
        ["--homedir", folder.Root, "--status-fd", "1", .. folder.Keyrings.SelectMany(k => new[] { "--keyring", k })];

    /// <summary>sqv has no status lines: it prints the fingerprints of the certificates that made valid signatures, and only those.</summary>
    private string RunSequoia(IEnumerable<string> arguments, VerifierFolder folder, string subject)
    {
        var signers = Run([.. folder.Keyrings.SelectMany(k => new[] { "--keyring", k }), .. arguments])
            .Select(line => line.Trim()).Where(line => line.Length is 40 or 64 && line.All(char.IsAsciiHexDigit));
        var lines = signers.SelectMany(s => new[] { "[GNUPG:] NEWSIG", "[GNUPG:] GOODSIG " + s, $"[GNUPG:] VALIDSIG {s} - - - - - - 10 - {s}" }).ToList();

        // Nothing printed says only that no allowed key signed it validly.
        return SignatureReport.Judge(lines.Count > 0 ? lines : ["[GNUPG:] NEWSIG", "[GNUPG:] NO_PUBKEY unknown"], folder.Keys, subject);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failed)
        {
            throw new EzException(
                FailureKind.Environment,
                $"signatures cannot be verified: `{start.FileName}` does not start: {failed.Message}",
                $"make it executable, or take `{Path.GetDirectoryName(start.FileName)}` from PATH",
                failed);
        }
    }

    private List<string> Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = "C";
        using var process = Start(start);
        process.StandardInput.Close();

        // Its words for people are not used, but have to be taken from it lest it waits.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var lines = process.StandardOutput.ReadToEnd().Split('\n').ToList();
        process.WaitForExit();
        return lines;
    }
}
