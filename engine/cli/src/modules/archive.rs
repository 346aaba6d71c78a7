//! Unpacks archives, and lets none of them write elsewhere.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Component, Path, PathBuf};

use super::Problem;

/// What could not be done.
const SUMMARY: &str = "Cannot unpack module";
/// Most that an archive may hold: a small one can pretend to be of any size.
const LARGEST_CONTENT: u64 = 2 << 30;

/// Unpacks an archive with the ending into a folder.
pub(super) fn unpack(bytes: &[u8], ending: &str, folder: &Path) -> Result<(), Problem> {
    let mut target = Target { folder, left: LARGEST_CONTENT, files: 0 };
    match ending {
        ".zip" => target.zip(bytes),
        ".tar.gz" | ".tgz" => target.tar(flate2::read::MultiGzDecoder::new(bytes)),
        ".tar.bz2" | ".tbz2" => target.tar(bzip2::read::MultiBzDecoder::new(bytes)),
        ".tar.xz" | ".txz" => target.tar(lzma_rust2::XzReader::new(bytes, true)),
        _ => target.tar(bytes),
    }
    .and_then(|()| target.finish())
    .map_err(|error| Problem::of_user(SUMMARY, format!("the archive cannot be unpacked: {error}.")))
}

/// Where an archive is unpacked.
struct Target<'a> {
    folder: &'a Path,
    /// How many bytes may still come.
    left: u64,
    files: usize,
}

impl Target<'_> {
    fn tar(&mut self, reader: impl Read) -> io::Result<()> {
        let mut archive = tar::Archive::new(reader);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            let kind = entry.header().entry_type();
            if kind.is_dir() {
                self.directory(&path)?;
            } else if kind.is_file() {
                let mode = entry.header().mode()?;
                self.file(&path, &mut entry, mode)?;
            }
            // Links are left out, as by Terraform: nothing can be written through one, and none can lead out of the folder.
        }
        Ok(())
    }

    fn zip(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index)?;
            let path = PathBuf::from(entry.name());
            if entry.is_dir() {
                self.directory(&path)?;
            } else if !entry.is_symlink() {
                let mode = entry.unix_mode().unwrap_or(0o644);
                self.file(&path, &mut entry, mode)?;
            }
        }
        Ok(())
    }

    /// Returns where an entry belongs; one that would belong outside of the folder is an error.
    fn place(&self, path: &Path) -> io::Result<PathBuf> {
        let mut place = self.folder.to_owned();
        for component in path.components() {
            match component {
                Component::Normal(name) => place.push(name),
                // What is absolute in an archive is meant from its root.
                Component::CurDir | Component::RootDir => {}
                Component::ParentDir | Component::Prefix(_) => return Err(leads_out(path)),
            }
        }
        Ok(place)
    }

    fn directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(self.place(path)?)
    }

    fn file(&mut self, path: &Path, reader: impl Read, mode: u32) -> io::Result<()> {
        let place = self.place(path)?;
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create(&place)?;
        let written = io::copy(&mut reader.take(self.left + 1), &mut file)?;
        self.left = self
            .left
            .checked_sub(written)
            .ok_or_else(|| io::Error::other(format!("it holds more than {} GiB", LARGEST_CONTENT >> 30)))?;
        self.files += 1;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Of the permissions only that to execute says something about the file itself.
            file.set_permissions(fs::Permissions::from_mode(if mode & 0o111 == 0 { 0o644 } else { 0o755 }))?;
        }
        Ok(())
    }

    fn finish(&self) -> io::Result<()> {
        if self.files == 0 { Err(io::Error::other("it is empty")) } else { Ok(()) }
    }
}

fn leads_out(path: &Path) -> io::Error {
    let path = path.display();
    io::Error::other(format!("its entry \"{path}\" leads out of the folder that it is unpacked into"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// An entry of a tar archive with its content, or what it links to.
    enum Entry {
        File(&'static str),
        Link(&'static str),
    }

    fn tar(entries: &[(&str, Entry)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, entry) in entries {
            let mut header = tar::Header::new_gnu();
            // The library refuses to write what it would refuse to read.
            header.as_gnu_mut().expect("a header").name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_mode(0o644);
            let content = match entry {
                Entry::File(content) => content,
                Entry::Link(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_link_name(target).expect("a target");
                    ""
                }
            };
            header.set_size(content.len() as u64);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).expect("appended");
        }
        builder.into_inner().expect("an archive")
    }

    fn unpacked(bytes: &[u8], ending: &str) -> (tempfile::TempDir, Result<(), Problem>) {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("inside");
        fs::create_dir(&inside).expect("a folder");
        let result = unpack(bytes, ending, &inside);
        (folder, result)
    }

    /// Returns the paths of the files below a folder.
    fn files(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).expect("read") {
            let path = entry.expect("read").path();
            if path.is_dir() && !path.is_symlink() {
                found.extend(files(&path));
            } else {
                found.push(path.display().to_string());
            }
        }
        found.sort();
        found
    }

    #[test]
    fn files_are_unpacked_and_links_left_out() {
        let bytes = tar(&[
            ("m/real.tf", Entry::File("text")),
            ("m/link.tf", Entry::Link("real.tf")),
            ("etc", Entry::Link("/etc")),
            ("up", Entry::Link("..")),
            ("up/below.tf", Entry::File("text")),
            ("/absolute.tf", Entry::File("text")),
        ]);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&bytes).expect("packed");
        for (bytes, ending) in [(bytes, ".tar"), (packed.finish().expect("packed"), ".tgz")] {
            let (folder, result) = unpacked(&bytes, ending);
            assert_eq!(result, Ok(()), "{ending}");
            let inside = folder.path().join("inside").display().to_string();
            let expected = ["absolute.tf", "m/real.tf", "up/below.tf"].map(|path| format!("{inside}/{path}"));
            assert_eq!(files(folder.path()), expected, "{ending}");
        }
    }

    #[test]
    fn nothing_is_written_elsewhere() {
        for (bytes, why) in [
            (tar(&[("a.tf", Entry::File("x")), ("../evil.tf", Entry::File("x"))]), "leads out of the folder"),
            (tar(&[("a/../../evil.tf", Entry::File("x"))]), "leads out of the folder"),
            (tar(&[]), "it is empty"),
            (tar(&[("link", Entry::Link("a.tf"))]), "it is empty"),
            (b"no archive".repeat(100), "cannot be unpacked"),
        ] {
            let (folder, result) = unpacked(&bytes, ".tar");
            let problem = result.expect_err(why);
            assert!(problem.detail.contains(why), "{why}: {}", problem.detail);
            let outside = files(folder.path()).into_iter().find(|path| !path.contains("/inside/"));
            assert_eq!(outside, None, "{why}");
        }
    }

    #[test]
    fn archives_that_break_off_are_errors() {
        let bytes = tar(&[("a.tf", Entry::File("some text"))]);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&bytes).expect("packed");
        let packed = packed.finish().expect("packed");
        assert!(unpacked(&packed[..packed.len() / 2], ".tgz").1.is_err());
        for ending in [".zip", ".tgz", ".tar.bz2", ".txz"] {
            assert!(unpacked(b"<html>", ending).1.is_err(), "{ending}");
        }
    }
}
