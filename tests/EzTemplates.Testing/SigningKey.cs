namespace EzTemplates.Testing;

/// <summary>A key pair in a GnuPG home of its own; its agent ends with it.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly TempFolder _home = new();
    private readonly IReadOnlyList<string> _clock;

    public SigningKey(string name = "Generated archive <archive@example.org>")
        : this(name, "never", [])
    {
    }

    private SigningKey(string name, string expires, IReadOnlyList<string> clock)
    {
        _clock = clock;
        Requires.Tool("gpg");
        File.SetUnixFileMode(_home.Root, (UnixFileMode)0x1C0);
        try
        {
            Gpg([], "--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", expires);
            var listing = Gpg([], "--with-colons", "--list-keys").Lines;
            Fingerprint = listing.First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
            PublicKey = [.. Gpg([], "--export", Fingerprint).Stdout];
            ArmoredPublicKey = Gpg([], "--armor", "--export", Fingerprint).Output;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>One that has expired; it signs as of the time when it had not.</summary>
    public static SigningKey Expired() => new("Expired <expired@example.org>", "seconds=86400", ["--faked-system-time", "1700000000"]);

    /// <summary>The primary key's, 40 upper-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    public IReadOnlyList<byte> PublicKey { get; }

    public string ArmoredPublicKey { get; }

    /// <summary>The GnuPG home, for tools that sign by themselves.</summary>
    public string Home => _home.Root;

    public byte[] ClearSign(byte[] text) => Gpg(text, "--clearsign", "--digest-algo", "SHA512").Stdout;

    public byte[] DetachSign(byte[] text) => Gpg(text, "--armor", "--detach-sign", "--digest-algo", "SHA512").Stdout;

    /// <summary>Without armor, as rpm packages hold it.</summary>
    public byte[] DetachSignBinary(byte[] text) => Gpg(text, "--detach-sign", "--digest-algo", "SHA512").Stdout;

    /// <summary>Writes the public key: armored for <c>.asc</c>, else binary.</summary>
    public string WritePublicKey(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (file.EndsWith(".asc", StringComparison.Ordinal))
        {
            File.WriteAllText(file, ArmoredPublicKey);
        }
        else
        {
            File.WriteAllBytes(file, [.. PublicKey]);
        }

        return file;
    }

    public void Dispose()
    {
        if (ToolRun.Locate("gpgconf") is not null && Directory.Exists(_home.Root))
        {
            ToolRun.Run("gpgconf", "--homedir", _home.Root, "--kill", "all");
        }

        _home.Dispose();
    }

    private ToolRun Gpg(byte[] stdin, params IReadOnlyList<string> arguments) =>
        ToolRun.Run(new ToolCommand("gpg", ["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--homedir", _home.Root, .. _clock, .. arguments])
        {
            Stdin = stdin,
        }).Succeed();
}
