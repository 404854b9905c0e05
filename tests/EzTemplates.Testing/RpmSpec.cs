namespace EzTemplates.Testing;

/// <summary>Packages that rpmbuild makes of one spec: real headers, payloads, flags and scriptlets.</summary>
/// <param name="Packages">Sections of a spec: packages, scriptlets, files.</param>
/// <param name="Install">Shell commands that lay files below the current folder, <c>%{buildroot}</c>, beside those of <see cref="Base"/>.</param>
public sealed record RpmSpec(string Packages, string Install = "")
{
    /// <summary>A system that can run scripts: busybox, a merged /usr, and accounts. A package's section, for <see cref="Packages"/>.</summary>
    public const string Base = """
        %package -n base
        Summary: a system
        Provides: /bin/sh
        %description -n base
        d
        %files -n base
        %dir /dev
        %dir /etc
        %dir /proc
        %dir /run
        %dir /sys
        %dir %attr(0755,root,root) /usr
        %dir /usr/bin
        %dir /usr/sbin
        %dir /usr/lib
        %dir /usr/lib64
        %dir /var
        %dir /var/lib
        %dir %attr(1777,root,root) /tmp
        /bin
        /sbin
        /lib
        /lib64
        /usr/bin/*
        %config(noreplace) /etc/passwd
        %config(noreplace) /etc/group
        """;

    private const string Laid = """
        cd %{buildroot} || { mkdir -p %{buildroot} && cd %{buildroot}; }
        mkdir -p dev etc proc run sys usr/bin usr/sbin usr/lib usr/lib64 var/lib tmp
        for d in bin sbin lib lib64; do ln -s usr/$d %{buildroot}/$d; done
        cp "$BUSYBOX" %{buildroot}/usr/bin/busybox
        for t in sh cat echo grep chown chmod mkdir touch ln rm sed sort id stat sleep ls true false; do ln -s busybox %{buildroot}/usr/bin/$t; done
        echo 'root:x:0:0:root:/root:/bin/sh' > %{buildroot}/etc/passwd
        echo 'root:x:0:' > %{buildroot}/etc/group
        """;

    /// <summary>Long before what scriptlets write: a file that one changes has another time, whatever the second of the build.</summary>
    private const string Dated = "find %{buildroot} -exec touch --no-dereference --date=@1600000000 {} +";

    /// <summary>As <c>%_binary_payload</c> names it.</summary>
    public string Payload { get; init; } = "w1.gzdio";

    /// <summary>Shell commands that give files times of their own, when all are laid.</summary>
    public string Times { get; init; } = "";

    /// <summary>Further arguments of rpmbuild.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <returns>The packages, by the names of their files.</returns>
    public Dictionary<string, byte[]> Build()
    {
        using var temp = new TempFolder();
        var folder = temp.Root;
        var spec = temp.WriteFile("odd.spec", $"""
            Name: odd
            Version: 1
            Release: 1
            Summary: s
            License: MIT
            AutoReqProv: no
            %define __os_install_post %nil
            %define _build_id_links none
            %define _binary_payload {Payload}
            %description
            d
            %install
            {Laid}
            {Install}
            {Dated}
            {Times}
            {Packages}

            """);
        ToolRun.Run(new ToolCommand("rpmbuild", ["-bb", "--quiet", "--define", $"_topdir {folder}", "--define", "_unpackaged_files_terminate_build 0", .. Options, spec])
        {
            Environment = new Dictionary<string, string?> { ["BUSYBOX"] = ToolRun.Locate("busybox"), ["HOME"] = folder, ["LC_ALL"] = "C.UTF-8" },
        }).Succeed();
        return Directory.EnumerateFiles(Path.Combine(folder, "RPMS"), "*.rpm", SearchOption.AllDirectories).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
    }
}
